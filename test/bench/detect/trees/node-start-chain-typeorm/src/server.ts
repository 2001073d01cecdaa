import express from "express";
import session from "express-session";
export const server = express();
server.use(session({ secret: process.env.SESSION_SECRET ?? "change-me" }));
