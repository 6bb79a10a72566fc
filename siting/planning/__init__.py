"""Parts of a plan: links, machines and networks. Public faces: `screen`, `options`, `projects`."""
