/** Installs and checks what the tests need beyond npm packages: nothing yet. */
export {};
