// The bundler finds the style sheet by its import.
declare module "*.css";
