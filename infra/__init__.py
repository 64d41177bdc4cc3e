"""What surrounds the product: deployments, the portal simulator, gates and benchmarks."""
