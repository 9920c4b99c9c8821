/* Renews a part of the page while something is running; loads the page again when it has ended (204)
   or the reader has been signed out meanwhile (a redirect). */

modules.live = (element) => {
  const wait = 1000 * Number(element.dataset.seconds);

  async function look() {
    if (document.hidden) {
      setTimeout(look, wait);
      return;
    }
    try {
      const answer = await fetch(element.dataset.url, { headers: { Accept: "text/html" } });
      if (answer.status === 204 || answer.redirected) {
        location.reload();
        return;
      }
      if (answer.ok) {
        const html = await answer.text();
        if (html !== element.innerHTML) element.innerHTML = html;
      }
    } catch {
      /* Offline for a moment: the next look may succeed. */
    }
    setTimeout(look, wait);
  }

  setTimeout(look, wait);
};
