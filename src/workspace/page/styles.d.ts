/** esbuild turns style sheets into page.css; to the compiler they are modules without exports. */
declare module '*.css';
