/**
 * From a request to its answer: which model, which tokens, then the engine's events as text. Open GenerationRouter
 * first; each request is one Generation. The HTTP routes and batch jobs submit here. Text work runs on the text
 * dispatcher.
 */
package quern.actors.serving;
