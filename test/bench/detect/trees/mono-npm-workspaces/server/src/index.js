import express from "express";
import mongoose from "mongoose";
await mongoose.connect(process.env.MONGODB_URI ?? "mongodb://localhost/chess");
express().listen(process.env.PORT ?? 3000);
