"""Shows what storage keeps: the explorer for people, the API for programs, the originals in a frame of their own."""
