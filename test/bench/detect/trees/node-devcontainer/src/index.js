import express from "express";
import { MongoClient } from "mongodb";
const db = new MongoClient(process.env.MONGO_URL ?? "mongodb://mongo:27017").db("invites");
const app = express();
app.get("/", async (req, res) => res.json(await db.collection("invites").find().toArray()));
app.listen(3000);
