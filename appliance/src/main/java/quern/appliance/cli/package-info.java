/**
 * The command line. Open QuernCommand first. Each verb talks to the running server of its data directory, or opens the
 * directory itself; nothing depends on this package but Main.
 */
package quern.appliance.cli;
