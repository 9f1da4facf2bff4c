/**
 * The demonstration: a corpus about a made-up product, the program that wrote it, and the walk from documents to
 * answers. Open Demo first. Talks to the appliance over HTTP only; nothing depends on this package.
 */
package quern.appliance.demo;
