/**
 * Encodes and decodes message bodies as JSON (RFC 8259) in UTF-8. {@link io.musher.internal.message.JsonWriter} encodes
 * the types that the API and PROTOCOL.md list; {@link io.musher.internal.message.JsonReader} decodes untrusted text
 * into plain values or directly into records.
 *
 * <pre>
 * JsonWriter (tokens: JsonOutput) ─▶ RecordWriter (the accessors of a record)
 * JsonReader ─▶ JsonCursor (tokens: JsonTokens) ◀─ ValueReader (type) ◀─ RecordReader (the constructor of a record)
 * </pre>
 *
 * <p>The only shared state is caches: encoding plans per class ({@link io.musher.internal.message.PerType}), which do
 * not outlive their classes, and a few writers. Errors are a {@link io.musher.internal.message.MappingException} inside
 * the package, which collects the path to the value, and an {@code IllegalArgumentException} for callers.
 */
package io.musher.internal.message;
