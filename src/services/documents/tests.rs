mod access;
mod shapes;
