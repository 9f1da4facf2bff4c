/**
 * Functions a model may call: how its template family writes calls, and calls found in the text of an answer while it
 * is produced. Open ToolSyntax first, then ToolCallReader. Used by whoever serves answers; a ToolSyntax is immutable, a
 * ToolCallReader belongs to one answer.
 */
package quern.inference.tool;
