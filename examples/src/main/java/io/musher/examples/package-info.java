/** Contains small programs that show one feature each. */
package io.musher.examples;
