/**
 * Documents as they arrived, in a journal that acknowledges only what is on disk. Open DocumentJournal first.
 * One writer (an actor); readers use cursors. Blocking: belongs on an I/O thread.
 */
package quern.ingest;
