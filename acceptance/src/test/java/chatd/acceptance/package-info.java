/**
 * Black-box tests: the programs, in this process or as processes of their own, over real sockets, with a real database.
 */
package chatd.acceptance;
