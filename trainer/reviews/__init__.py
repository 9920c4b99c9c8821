"""Drafts decided together: what people say of a draft, who may read it, and the policy for its publication."""
