/* Brings a reader who sent a form with faults to the list of them. */

modules["error-summary"] = (element) => element.focus();
