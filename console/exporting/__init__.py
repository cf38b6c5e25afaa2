"""An account as files that others take: what it holds, in their languages. Values in, text out."""
