/**
 * The process: command line, HTTP, packaging. Open Appliance first. Nothing depends on it.
 */
package quern.appliance;
