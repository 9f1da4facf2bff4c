/**
 * One queue for jobs of every kind, kept in the catalogue, so that it survives a restart. Open JobQueue first. The
 * queue and its runners live on the I/O dispatcher: they force writes to disk before they acknowledge.
 */
package quern.actors.jobs;
