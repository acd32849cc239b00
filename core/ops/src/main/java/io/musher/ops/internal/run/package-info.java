/** What runs inside a primary that was started from the command line. */
package io.musher.ops.internal.run;
