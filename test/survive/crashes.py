def steps(place): return []
