"""Watch a whole film, frame by frame, and hold it against rules of legibility and pace."""
