"""Systems that we do not own, each spoken to in one place; their failures leave here as ours."""
