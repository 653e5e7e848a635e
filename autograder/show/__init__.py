"""What a verdict looks like: as text, and wrong arrays as pictures. May import: `judging`."""
