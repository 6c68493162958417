"""The one doorway: token → actor; (actor, id) → a thing that the actor may touch, or not found."""
