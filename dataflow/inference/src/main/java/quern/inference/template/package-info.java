/**
 * Chat templates: an interpreter of the part of Jinja that chat templates use. Open ChatTemplate first. Templates are
 * untrusted: values are a closed set of types, nothing is looked up by reflection, steps and text are capped.
 * An own interpreter rather than jinjava: that one binds Java beans by reflection and cannot tell which characters
 * of its output came from a message, without which a control token written in a message would become one.
 * Templates are immutable and for any thread; a rendering belongs to its caller's.
 */
package quern.inference.template;
