import express from "express";
import { pool } from "./db.js";
const app = express();
app.use(express.static("dist"));
app.get("/api/tickets", async (req, res) => res.json((await pool.query("select * from tickets"))[0]));
app.listen(process.env.PORT || 3001, () => console.log("ready"));
