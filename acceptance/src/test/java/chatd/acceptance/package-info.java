/** Black-box tests: the packaged programs as processes, over real sockets, with a real database. */
package chatd.acceptance;
