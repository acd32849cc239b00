/** Where the output of workers goes: console and files. */
package io.musher.ops.internal.log;
