package com.acme.core;
public record Salary(long cents) {}
