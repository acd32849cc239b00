/**
 * The values of messages, as JSON (RFC 8259) in UTF-8: {@link io.musher.internal.message.JsonWriter} writes what API and PROTOCOL.md
 * list, {@link io.musher.internal.message.JsonReader} reads from anybody, into plain values or straight into records.
 *
 * <pre>
 * JsonWriter (tokens: JsonOutput) ─▶ RecordWriter (the accessors of one record class)
 * JsonReader ─▶ JsonCursor (tokens: JsonTokens) ◀─ Mapper (a type) ◀─ RecordReader (the constructor of one record class)
 * </pre>
 *
 * <p>Pure: no state is shared but per-class plans, which go with their classes. What cannot be is a {@link
 * io.musher.internal.message.MappingException} inside, which gathers the path on its way out, and an {@code IllegalArgumentException} outside.
 */
package io.musher.internal.message;
