"""What `gathering` puts together: files, map, place and surroundings as the layers of a study."""
