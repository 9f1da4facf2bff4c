/**
 * Uploaded and produced files. Open FileStore first. Blocking: belongs on an I/O thread; safe for several.
 */
package quern.actors.files;
