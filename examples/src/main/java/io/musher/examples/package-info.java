/**
 * Small programs that show one thing each.
 */
package io.musher.examples;
