import { Router } from "express";
import { pool } from "../db.js";
export const orders = Router();
orders.get("/", async (req, res) => res.json((await pool.query("select * from orders")).rows));
