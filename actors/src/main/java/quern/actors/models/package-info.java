/**
 * Imported models: records in the catalogue, copies below the data directory. Open ModelStore first; ModelImport makes
 * the copies, ImportPlace holds the one lock on each; ModelBundle is a model in one file, carried elsewhere. Used by
 * the HTTP routes and the command line. Blocking: belongs on an I/O thread; safe for several.
 */
package quern.actors.models;
