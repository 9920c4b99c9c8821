"""The judgements of planning: facts into the engine's question, its answer into steps with reasons, and who must approve."""
