// The bundler takes the style sheet from its import.
declare module "*.css";
