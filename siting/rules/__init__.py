"""Rules of law and funding as rows: what they ask, of whom, and how they are answered in words."""
