/**
 * Output of Chronicle Values' generator for Chronicle Map (both Apache-2.0), kept so that opening a map need not run
 * javac in the process. Open nothing here; GeneratedValueTest regenerates and compares it. Used by Chronicle Map alone,
 * which finds it by name. No thread rule: no state beyond the map's own.
 */
package net.openhft.chronicle.hash;
