"""The one scale of distances, in pixels at 100 %: what layouts keep between their parts and at their edges."""

LINE = 1
"""A border that lies inside the margin."""
HAIR, TINY, TIGHT = 2, 4, 6
"""Lines of one sentence; a word and its field; small parts of one thing."""
INSIDE, NEAR, BETWEEN = 8, 10, 12
"""Inside a control or a list; things that belong together; things that stand side by side."""
ROOMY, APART = 14, 16
"""The edges of bars and cards, and between cards."""
RIM, EDGE, FAR = 20, 24, 32
"""The edges of pages and dialogs: above and below, left and right, and around what stands alone."""
PAGE = (EDGE, RIM, EDGE, RIM)
BAR = (APART, ROOMY, APART, ROOMY)
CARD = (RIM + LINE, APART, RIM + LINE, APART)
"""The four margins of a page or a dialog, of a bar above a list, and of a card that stands for one matter."""
