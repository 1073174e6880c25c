"""What the error of estimated travel times does to the figures of a diagnosis."""
