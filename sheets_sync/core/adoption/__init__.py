"""How a sheet that a team keeps by hand maps onto a template."""
