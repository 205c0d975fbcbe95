"""Everything Qt: application, theme, parts, pages. Knows services and domain, never storage, sync or HTTP."""
