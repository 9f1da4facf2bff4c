/**
 * The HTTP API: a table of routes, each with its access class, behind one gate. Open RouteTable first, then
 * FrontDoor. Only Appliance depends on it. Handlers run on the default dispatcher and never block; whatever
 * touches a disk goes to the I/O dispatcher.
 */
package quern.appliance.http;
