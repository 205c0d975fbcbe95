"""The pages; `registry` says which there are, `page` what a page is."""
