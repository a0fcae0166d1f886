"""Runs told to TensorBoard, MLflow and Weights & Biases."""
