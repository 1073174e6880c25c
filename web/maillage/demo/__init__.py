"""The demonstration network of Haute-Saône: feeds the demo, the tests and the screenshots."""
